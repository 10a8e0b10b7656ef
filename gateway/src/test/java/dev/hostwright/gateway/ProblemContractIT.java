package dev.hostwright.gateway;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class ProblemContractIT extends ProblemContractTest {}
