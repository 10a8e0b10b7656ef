package dev.hostwright.db;

import static com.tngtech.archunit.core.domain.JavaModifier.SYNCHRONIZED;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.smallrye.mutiny.groups.UniAwait;
import io.smallrye.mutiny.groups.UniSubscribe;

@AnalyzeClasses(packages = "dev.hostwright.db", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule nothingBlocksTheEventLoop = noClasses()
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(UniAwait.class)
            .orShould()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(java.net.InetAddress.class, "getByName", String.class)
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "javax.sql..");

    @ArchTest
    static final ArchRule nothingIsSynchronized =
            noMethods().should().haveModifier(SYNCHRONIZED).allowEmptyShould(true);

    @ArchTest
    static final ArchRule nothingIsSentOffWithoutItsEnd =
            noClasses().should().dependOnClassesThat().belongToAnyOf(UniSubscribe.class);

    @ArchTest
    static final ArchRule sqlStaysInRepositories = noClasses()
            .that()
            .haveSimpleNameNotEndingWith("Repository")
            .and()
            .doNotHaveSimpleName("Server")
            .and()
            .areNotRecords()
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.vertx.mutiny.sqlclient..");

    @ArchTest
    static final ArchRule namesSayWhatAClassIs = noClasses()
            .should()
            .haveSimpleNameEndingWith("Impl")
            .orShould()
            .haveSimpleNameEndingWith("Util")
            .orShould()
            .haveSimpleNameEndingWith("Helper")
            .orShould()
            .haveSimpleNameEndingWith("Manager")
            .orShould()
            .haveSimpleNameEndingWith("Service")
            .orShould()
            .haveSimpleNameEndingWith("Dto");

    @ArchTest
    static final ArchRule featuresFormNoCycle =
            slices().matching("dev.hostwright.db.(*)..").should().beFreeOfCycles();
}
