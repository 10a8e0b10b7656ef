package dev.hostwright.local;

/** Why the stack cannot be used, as a sentence for whoever started it. */
public final class StackException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public StackException(String message) {
        super(message);
    }

    StackException(String message, Throwable cause) {
        super(message, cause);
    }
}
