package dev.hostwright.mail;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class ProvisionedResourceContractIT extends ProvisionedResourceContractTest {}
