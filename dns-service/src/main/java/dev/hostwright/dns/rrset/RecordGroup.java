package dev.hostwright.dns.rrset;

import dev.hostwright.dns.condition.EntityTag;
import dev.hostwright.dns.rdata.ResourceRecord;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Records that come and go together, under a name that whoever put them chose.
 *
 * @param serial of the zone, with these records in it
 */
@Schema(requiredProperties = {"name", "serial", "records"})
public record RecordGroup(String name, long serial, List<ZoneRecord> records) {

    private static final Comparator<ResourceRecord> ORDER = Comparator.comparing(
                    (ResourceRecord each) -> each.name().value())
            .thenComparing(ResourceRecord::type)
            .thenComparing(ResourceRecord::data);

    private static final UUID NONE = new UUID(0, 0);

    public RecordGroup {
        records = List.copyOf(records);
    }

    /** Of its records alone; a group without any has a tag too. */
    EntityTag tag() {
        return EntityTag.ofText(records.stream().map(each -> each.tag().value()).collect(Collectors.joining(" ")));
    }

    static EntityTag tagOf(List<ResourceRecord> records) {
        return of("", NONE, 0, records).tag();
    }

    static RecordGroup of(String name, UUID zone, long serial, List<ResourceRecord> records) {
        return new RecordGroup(
                name,
                serial,
                records.stream()
                        .sorted(ORDER)
                        .map(each -> ZoneRecord.of(each, zone, serial))
                        .toList());
    }
}
