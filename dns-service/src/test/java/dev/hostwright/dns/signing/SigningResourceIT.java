package dev.hostwright.dns.signing;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class SigningResourceIT extends SigningResourceTest {}
