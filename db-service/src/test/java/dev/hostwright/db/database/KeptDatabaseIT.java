package dev.hostwright.db.database;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class KeptDatabaseIT extends KeptDatabaseTest {}
