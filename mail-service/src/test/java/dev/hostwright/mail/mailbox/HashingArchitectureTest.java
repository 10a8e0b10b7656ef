package dev.hostwright.mail.mailbox;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.quarkus.elytron.security.common.BcryptUtil;

@AnalyzeClasses(packages = "dev.hostwright.mail", importOptions = ImportOption.DoNotIncludeTests.class)
class HashingArchitectureTest {

    @ArchTest
    static final ArchRule bcryptHasOnePlace = noClasses()
            .that()
            .areNotAssignableTo(PasswordHash.class)
            .should()
            .dependOnClassesThat()
            .areAssignableTo(BcryptUtil.class);

    @ArchTest
    static final ArchRule hashesAreMadeByTheWorkersOnly = noClasses()
            .that()
            .areNotAssignableTo(PasswordHasher.class)
            .should()
            .callMethod(PasswordHash.class, "of", Password.class)
            .orShould()
            .callMethod(PasswordHash.class, "matches", Password.class);
}
