package dev.hostwright.mail;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class FenceContractIT extends FenceContractTest {}
