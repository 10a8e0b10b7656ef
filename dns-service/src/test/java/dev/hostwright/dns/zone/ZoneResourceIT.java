package dev.hostwright.dns.zone;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class ZoneResourceIT extends ZoneResourceTest {}
