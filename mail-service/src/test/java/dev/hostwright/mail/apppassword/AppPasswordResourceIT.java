package dev.hostwright.mail.apppassword;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class AppPasswordResourceIT extends AppPasswordResourceTest {}
