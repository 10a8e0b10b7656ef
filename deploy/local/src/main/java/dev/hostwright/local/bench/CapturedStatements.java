package dev.hostwright.local.bench;

import dev.hostwright.local.LocalStack;
import dev.hostwright.local.Service;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The statements that a service sends for one request, read from the log of PostgreSQL, so that pgbench can send the
 * same ones: the domain in them becomes one that depends on a number, {@code :r}, and so does each UUID.
 */
final class CapturedStatements {

    private static final Pattern FIRST_LINE = Pattern.compile(
            "^capture:([^:]*):([0-9]+):(?:LOG:  (?:execute [^:]*|statement): |(DETAIL):  [Pp]arameters: )(.*)$");
    private static final Pattern PARAMETER = Pattern.compile("\\$(\\d+) = (NULL|'(?:[^']|'')*')");
    private static final Pattern PLACE = Pattern.compile("\\$(\\d+)");
    private static final Pattern UUID_TEXT =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

    private record Logged(int number, String sql, Map<Integer, String> parameters) {

        boolean mentions(String text) {
            return sql.contains(text) || parameters.values().stream().anyMatch(literal -> literal.contains(text));
        }
    }

    private CapturedStatements() {}

    /**
     * Runs something that makes a service send statements, and gives them as a script, one a line.
     *
     * @param before is run first: by its end the service's sessions log what they are sent
     */
    static List<String> capture(LocalStack stack, Service service, String domain, Runnable before, Runnable request)
            throws SQLException, IOException {
        Path log = stack.log("postgresql");
        long start;
        try (Connection admin = stack.postgres().connect("postgres");
                Statement sql = admin.createStatement()) {
            sql.execute("ALTER SYSTEM SET log_line_prefix = 'capture:%d:%p:'");
            sql.execute("ALTER SYSTEM SET log_statement = 'all'");
            sql.execute("SELECT pg_reload_conf()");
            before.run();
            start = Files.size(log);
            request.run();
            sql.execute("ALTER SYSTEM RESET log_statement");
            sql.execute("ALTER SYSTEM RESET log_line_prefix");
            sql.execute("SELECT pg_reload_conf()");
        }
        String text = Files.readString(log, StandardCharsets.ISO_8859_1).substring((int) start);
        List<Logged> logged = ofRequest(read(text, service.database()), domain);
        try (Connection connection = DriverManager.getConnection(
                stack.postgres().url(service.database()),
                "postgres",
                stack.postgres().password("postgres"))) {
            List<String> script = new ArrayList<>();
            for (Logged statement : logged) {
                script.add(inlined(connection, statement, domain) + ";");
            }
            return script;
        }
    }

    /**
     * The transaction that is the first to mention the domain: what the service does beside its requests is left out.
     */
    private static List<Logged> ofRequest(Map<String, List<Logged>> sessions, String domain) {
        return sessions.values().stream()
                .flatMap(session -> transactions(session).stream())
                .filter(transaction -> transaction.stream().anyMatch(each -> each.mentions(domain)))
                .min(Comparator.comparingInt(
                        transaction -> transaction.getFirst().number()))
                .orElseThrow(() -> new IllegalStateException("no statement about " + domain + " was logged"));
    }

    private static List<List<Logged>> transactions(List<Logged> session) {
        List<List<Logged>> transactions = new ArrayList<>();
        boolean open = false;
        for (Logged statement : session) {
            if (!open) {
                transactions.add(new ArrayList<>());
            }
            transactions.getLast().add(statement);
            open = (open || statement.sql().startsWith("BEGIN"))
                    && !statement.sql().startsWith("COMMIT");
        }
        return transactions;
    }

    /** The statements of each session on the database, the sessions in the order in which they began. */
    private static Map<String, List<Logged>> read(String text, String database) {
        Map<String, List<Logged>> sessions = new LinkedHashMap<>();
        List<Logged> found = new ArrayList<>();
        int number = 0;
        boolean ours = false;
        for (String line : text.split("\n")) {
            Matcher first = FIRST_LINE.matcher(line);
            if (first.matches()) {
                ours = first.group(1).equals(database);
                if (!ours) {
                    continue;
                }
                found = sessions.computeIfAbsent(first.group(2), session -> new ArrayList<>());
                if (first.group(3) != null) {
                    readParameters(first.group(4), found.get(found.size() - 1).parameters());
                } else {
                    found.add(new Logged(number++, first.group(4), new TreeMap<>()));
                }
            } else if (ours && line.startsWith("\t")) {
                Logged last = found.remove(found.size() - 1);
                found.add(new Logged(last.number(), last.sql() + " " + line.strip(), last.parameters()));
            }
        }
        return sessions;
    }

    private static void readParameters(String text, Map<Integer, String> parameters) {
        Matcher each = PARAMETER.matcher(text);
        while (each.find()) {
            parameters.put(Integer.valueOf(each.group(1)), each.group(2));
        }
    }

    /** The statement with its parameters in it, each of the type that PostgreSQL gives it. */
    private static String inlined(Connection connection, Logged statement, String domain) throws SQLException {
        if (statement.parameters().isEmpty()) {
            return statement.sql();
        }
        List<Integer> order = new ArrayList<>();
        String marked = PLACE.matcher(statement.sql()).replaceAll(place -> {
            order.add(Integer.valueOf(place.group(1)));
            return "?";
        });
        try (PreparedStatement prepared = connection.prepareStatement(marked)) {
            ParameterMetaData types = prepared.getParameterMetaData();
            Map<Integer, String> values = new TreeMap<>();
            for (int i = 0; i < order.size(); i++) {
                String literal = statement.parameters().getOrDefault(order.get(i), "NULL");
                values.put(order.get(i), value(literal, domain) + "::" + types.getParameterTypeName(i + 1));
            }
            return PLACE.matcher(statement.sql())
                    .replaceAll(
                            place -> Matcher.quoteReplacement("(" + values.get(Integer.valueOf(place.group(1))) + ")"));
        }
    }

    private static String value(String literal, String domain) {
        String expression = literal;
        if (literal.contains(domain)) {
            expression = "replace(%s, '%s', 'z' || :r || '.test')".formatted(literal, domain);
        }
        Matcher uuid = UUID_TEXT.matcher(literal);
        while (uuid.find()) {
            expression = "replace(%s, '%s', md5('%s' || :r)::uuid::text)"
                    .formatted(expression, uuid.group(), uuid.group().substring(0, 8));
        }
        return expression;
    }
}
