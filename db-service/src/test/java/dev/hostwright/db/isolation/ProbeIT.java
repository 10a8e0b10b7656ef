package dev.hostwright.db.isolation;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class ProbeIT extends ProbeTest {}
