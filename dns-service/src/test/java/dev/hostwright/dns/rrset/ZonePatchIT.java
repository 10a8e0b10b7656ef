package dev.hostwright.dns.rrset;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class ZonePatchIT extends ZonePatchTest {}
