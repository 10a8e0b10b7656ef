package dev.hostwright.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.quarkus.runtime.annotations.StaticInitSafe;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a binary would show only when it is built, or when it answers. */
@AnalyzeClasses(packages = "dev.hostwright.gateway", importOptions = ImportOption.DoNotIncludeTests.class)
class NativeImageTest {

    private static final DescribedPredicate<JavaClass> WRITTEN_OR_READ_AS_JSON = DescribedPredicate.describe(
            "written or read as JSON",
            type -> type.isAnnotatedWith(Schema.class)
                    || type.getMembers().stream()
                            .anyMatch(member -> member.isAnnotatedWith(JsonProperty.class)
                                    || member.isAnnotatedWith(JsonValue.class))
                    || type.getSimpleName().equals("Secrets")
                    || type.getSimpleName().equals("Records")
                    || type.isRecord() && isIn(type, "Client")
                    || isIn(type, "Desired"));

    private static boolean isIn(JavaClass type, String outer) {
        return type.getEnclosingClass()
                .filter(enclosing -> enclosing.getSimpleName().endsWith(outer))
                .isPresent();
    }

    @ArchTest
    static final ArchRule jacksonFindsWhatItNeeds = classes()
            .that(WRITTEN_OR_READ_AS_JSON)
            .and()
            .resideOutsideOfPackage("..page..") // the type of an answer, which Quarkus finds by itself
            .should()
            .beAnnotatedWith(RegisterForReflection.class);

    @ArchTest
    static final ArchRule noSettingIsReadWhileTheBinaryIsBuilt =
            noClasses().should().beAnnotatedWith(StaticInitSafe.class);
}
