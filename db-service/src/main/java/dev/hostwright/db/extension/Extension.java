package dev.hostwright.db.extension;

import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * An extension in a customer's database, or one that may be had there.
 *
 * @param installedVersion absent when it is not in the database
 * @param availableVersion which one PUT installs; absent when the server has none
 * @param comment what it is, in the server's words
 * @param refusal why PUT would not install it; absent when it would
 */
@Schema(requiredProperties = {"name", "installed"})
public record Extension(
        String name,
        boolean installed,
        Optional<String> installedVersion,
        Optional<String> availableVersion,
        Optional<String> comment,
        Optional<Refusal> refusal) {}
