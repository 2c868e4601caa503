using Akka.Persistence.Journal;

namespace ActorEvents.Tests.Handlers;

/// <summary>An actor system whose entities store in a journal that a test class has made, and that says nothing of what is made to fail.</summary>
internal static class TestJournal
{
    public static string Config<TJournal>()
        where TJournal : MemoryJournal => $$"""
        akka.loglevel = OFF
        akka.persistence.journal.plugin = test-journal
        test-journal.class = "{{typeof(TJournal).AssemblyQualifiedName}}"
        """;
}
