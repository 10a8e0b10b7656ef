package dev.hostwright.db.pool;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class ClassIT extends ClassTest {}
