package dev.hostwright.local;

import jakarta.mail.Authenticator;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Quota;
import jakarta.mail.Session;
import jakarta.mail.Store;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.eclipse.angus.mail.imap.IMAPStore;
import org.jspecify.annotations.Nullable;

/** Somebody who sends mail, and reads it, as a mail program does. */
public final class MailClient {

    private static final String PATIENCE_MILLIS = "10000";

    private final MailServers servers;

    public MailClient(MailServers servers) {
        this.servers = servers;
    }

    /** A message from a stranger, to the port where the world delivers. */
    public void deliver(String from, String to, String subject) throws MessagingException {
        send(session(servers.smtpPort(), null, null), from, to, subject, "Hello.\r\n");
    }

    /** The same with that text. */
    void deliver(String from, String to, String subject, String text) throws MessagingException {
        send(session(servers.smtpPort(), null, null), from, to, subject, text);
    }

    /** A message from somebody who has logged in to send. */
    void submit(String login, String password, String from, String to, String subject) throws MessagingException {
        send(session(servers.submissionPort(), login, password), from, to, subject, "Hello.\r\n");
    }

    /** The same without a login, which must not work. */
    void deliverWithoutLogin(String from, String to) throws MessagingException {
        send(session(servers.submissionPort(), null, null), from, to, "no login", "Hello.\r\n");
    }

    private static void send(Session session, String from, String to, String subject, String text)
            throws MessagingException {
        MimeMessage message = new MimeMessage(session);
        message.setFrom(new InternetAddress(from));
        message.setRecipient(Message.RecipientType.TO, new InternetAddress(to));
        message.setSubject(subject, "UTF-8");
        message.setText(text, "UTF-8");
        Transport.send(message);
    }

    /** The subjects of what is in the inbox; fails when the login is refused. */
    public List<String> inbox(String login, String password) throws MessagingException {
        try (Store store = logIn(login, password)) {
            return subjects(store);
        }
    }

    public static List<String> subjects(Store store) throws MessagingException {
        Folder inbox = store.getFolder("INBOX");
        inbox.open(Folder.READ_ONLY);
        List<String> subjects = new ArrayList<>();
        for (Message message : inbox.getMessages()) {
            subjects.add(message.getSubject());
        }
        inbox.close();
        return subjects;
    }

    /** How much the mailbox holds and may hold, in KiB. */
    Quota.Resource storage(String login, String password) throws MessagingException {
        try (Store store = logIn(login, password)) {
            return ((IMAPStore) store).getQuota("INBOX")[0].resources[0];
        }
    }

    /** A session of somebody who reads mail; to be closed. */
    public Store logIn(String login, String password) throws MessagingException {
        Properties properties = new Properties();
        properties.put("mail.imap.connectiontimeout", PATIENCE_MILLIS);
        properties.put("mail.imap.timeout", PATIENCE_MILLIS);
        // angus-mail would send the password as Latin-1, if it fits
        properties.put("mail.imap.auth.mechanisms", "PLAIN");
        Store store = Session.getInstance(properties).getStore("imap");
        store.connect("127.0.0.1", servers.imapPort(), login, password);
        return store;
    }

    private static Session session(int port, @Nullable String login, @Nullable String password) {
        Properties properties = new Properties();
        properties.put("mail.smtp.host", "127.0.0.1");
        properties.put("mail.smtp.port", String.valueOf(port));
        properties.put("mail.smtp.localhost", "client.hostwright.test");
        properties.put("mail.smtp.connectiontimeout", PATIENCE_MILLIS);
        properties.put("mail.smtp.timeout", PATIENCE_MILLIS);
        if (login == null || password == null) {
            return Session.getInstance(properties);
        }
        properties.put("mail.smtp.auth", "true");
        properties.put("mail.smtp.auth.mechanisms", "PLAIN");
        return Session.getInstance(properties, new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                return new PasswordAuthentication(login, password);
            }
        });
    }
}
