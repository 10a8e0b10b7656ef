package dev.hostwright.db.drift;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class DriftIT extends DriftTest {}
