package dev.hostwright.db.server;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class AddedServerIT extends AddedServerTest {}
