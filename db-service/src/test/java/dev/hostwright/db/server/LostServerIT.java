package dev.hostwright.db.server;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class LostServerIT extends LostServerTest {}
