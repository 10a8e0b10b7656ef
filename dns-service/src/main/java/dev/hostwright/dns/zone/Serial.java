package dev.hostwright.dns.zone;

import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;

/**
 * The serial of a zone: ten digits, the day in UTC and the number of the change on it, in the arithmetic of RFC 1982.
 *
 * @param value 0 to 2^32-1; 0 only in a zone whose data has not been transferred yet
 */
public record Serial(long value) {

    private static final long MAX = 0xffff_ffffL;
    private static final long HALF = 0x8000_0000L;

    /** The serial of a zone that is made now. */
    public static Serial first(Clock clock) {
        return new Serial(firstOf(LocalDate.now(clock.withZone(ZoneOffset.UTC))));
    }

    public Serial next(Clock clock) {
        return next(LocalDate.now(clock.withZone(ZoneOffset.UTC)));
    }

    /**
     * One more, or the first of the day when that is later; so the hundredth change of a day takes from the next day's
     * numbers, and the number never goes back when the clock does.
     */
    Serial next(LocalDate today) {
        long first = firstOf(today);
        if (value == 0 || value < first && first - value < HALF) {
            return new Serial(first);
        }
        return new Serial(value == MAX ? 1 : value + 1);
    }

    /** The serial in the text of a SOA. */
    public static Serial of(String soa) {
        return new Serial(Long.parseLong(soa.split(" ")[2]));
    }

    /** The text of a SOA with this serial, which is its third word. */
    public String in(String soa) {
        String[] words = soa.split(" ");
        words[2] = String.valueOf(value);
        return String.join(" ", words);
    }

    private static long firstOf(LocalDate day) {
        return (day.getYear() * 10_000L + day.getMonthValue() * 100L + day.getDayOfMonth()) * 100 + 1;
    }
}
