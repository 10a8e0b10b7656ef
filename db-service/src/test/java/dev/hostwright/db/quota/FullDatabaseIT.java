package dev.hostwright.db.quota;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class FullDatabaseIT extends FullDatabaseTest {}
