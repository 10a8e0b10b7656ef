package dev.hostwright.db;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class ProvisionedResourceContractIT extends ProvisionedResourceContractTest {}
