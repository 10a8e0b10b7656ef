package dev.hostwright.dns;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class FenceContractIT extends FenceContractTest {}
