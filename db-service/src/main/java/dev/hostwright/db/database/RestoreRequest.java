package dev.hostwright.db.database;

import dev.hostwright.db.name.Identifier;
import java.util.Optional;

/**
 * How a deleted database comes back; {@code {}} is as it was.
 *
 * @param name another name than it had, for when that is taken meanwhile
 * @param username another one for the login that was made with it and owns what is in it
 */
public record RestoreRequest(Optional<Identifier> name, Optional<Identifier> username) {}
