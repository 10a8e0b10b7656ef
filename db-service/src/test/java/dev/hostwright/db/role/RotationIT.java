package dev.hostwright.db.role;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class RotationIT extends RotationTest {}
