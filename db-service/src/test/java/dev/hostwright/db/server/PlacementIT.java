package dev.hostwright.db.server;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class PlacementIT extends PlacementTest {}
