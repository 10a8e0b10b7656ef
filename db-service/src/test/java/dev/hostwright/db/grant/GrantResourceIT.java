package dev.hostwright.db.grant;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class GrantResourceIT extends GrantResourceTest {}
