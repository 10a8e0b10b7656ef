package dev.hostwright.mail.dkim;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class DkimResourceIT extends DkimResourceTest {}
