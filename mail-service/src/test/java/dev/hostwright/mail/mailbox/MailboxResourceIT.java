package dev.hostwright.mail.mailbox;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class MailboxResourceIT extends MailboxResourceTest {}
