package dev.hostwright.db.role;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class RoleResourceIT extends RoleResourceTest {}
