package dev.hostwright.mail.alias;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class AliasResourceIT extends AliasResourceTest {}
