package dev.hostwright.mail.catchall;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class CatchAllResourceIT extends CatchAllResourceTest {}
