package dev.hostwright.dns.rdata;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import java.net.InetSocketAddress;
import java.util.List;
import org.xbill.DNS.Name;
import org.xbill.DNS.config.ResolverConfigProvider;

/**
 * Takes the place of dnsjava's look into the settings of Windows in the native binary, where it cannot be linked: it
 * needs JNA, which is optional there and absent here. Delete it when dnsjava's parser no longer reaches its resolver.
 */
@Substitute
@TargetClass(className = "org.xbill.DNS.config.WindowsResolverConfigProvider")
final class WindowsResolverConfigProviderSubstitution implements ResolverConfigProvider {

    @Substitute
    public WindowsResolverConfigProviderSubstitution() {}

    @Override
    @Substitute
    public void initialize() {}

    @Override
    @Substitute
    public List<InetSocketAddress> servers() {
        return List.of();
    }

    @Override
    @Substitute
    public List<Name> searchPaths() {
        return List.of();
    }

    @Override
    @Substitute
    public boolean isEnabled() {
        return false;
    }
}
