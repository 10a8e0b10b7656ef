package dev.hostwright.db.holdup;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class HoldupIT extends HoldupTest {}
