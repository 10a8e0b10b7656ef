package dev.hostwright.gateway.operation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hostwright.gateway.problem.Problem;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a query for operations with their steps, a row a step, says. */
record OperationRows(ObjectMapper json) {

    /** The operations of a query for {@link OperationRepository#COLUMNS}, in its order. */
    List<OperationRepository.Found> read(RowSet<Row> rows) {
        Map<UUID, List<Row>> byOperation = new LinkedHashMap<>();
        for (Row row : rows) {
            byOperation
                    .computeIfAbsent(row.getUUID("id"), id -> new ArrayList<>())
                    .add(row);
        }
        return byOperation.values().stream().map(this::operation).toList();
    }

    private OperationRepository.Found operation(List<Row> rows) {
        Row row = rows.getFirst();
        Operation operation = new Operation(
                row.getUUID("id"),
                row.getLong("tenant_id"),
                row.getUUID("customer_id"),
                row.getString("public_id"),
                Kind.fromString(row.getString("kind")),
                Phase.fromString(row.getString("phase")),
                row.getString("request"),
                row.getLong("revision"),
                row.getLong("fence"),
                row.getInteger("attempt"),
                row.getOffsetDateTime("next_run_at").toInstant(),
                row.getOffsetDateTime("deadline_at").toInstant(),
                row.getBoolean("cancel"),
                instant(row, "undoing_since"),
                row.getBoolean("attention"),
                problem(row.getString("error")),
                rows.stream()
                        .filter(part -> part.getString("name") != null)
                        .map(this::step)
                        .toList(),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getOffsetDateTime("updated_at").toInstant(),
                instant(row, "finished_at"));
        return new OperationRepository.Found(
                operation, Optional.ofNullable(row.getString("result")).map(this::read));
    }

    private Step step(Row row) {
        return new Step(
                Part.of(row.getString("name")),
                row.getUUID("resource_id"),
                Step.State.valueOf(row.getString("state").toUpperCase(java.util.Locale.ROOT)),
                row.getInteger("step_attempt"),
                row.getBoolean("uncertain"),
                false,
                instant(row, "step_next_run_at"),
                Optional.ofNullable(row.getString("step_result")),
                problem(row.getString("last_error")),
                instant(row, "started_at"),
                instant(row, "step_finished_at"));
    }

    private static Optional<Instant> instant(Row row, String column) {
        return Optional.ofNullable(row.getOffsetDateTime(column)).map(OffsetDateTime::toInstant);
    }

    private Optional<Problem> problem(@Nullable String text) {
        return Optional.ofNullable(text).map(this::read).map(Problem::read);
    }

    JsonNode read(String text) {
        try {
            return json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
