package dev.hostwright.mail.domain;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class DomainResourceIT extends DomainResourceTest {}
