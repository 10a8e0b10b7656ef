package dev.hostwright.dns.rdata;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import org.xbill.DNS.ResolverConfig;

/**
 * Keeps dnsjava's look for the name servers of Windows and Android out of the native binary, where it cannot be linked:
 * it needs libraries that are optional there and absent here. Only dnsjava's parser is used, so nothing ever asks for
 * them.
 */
@TargetClass(ResolverConfig.class)
final class ResolverConfigSubstitution {

    private ResolverConfigSubstitution() {}

    @Substitute
    public static void refresh() {}
}
