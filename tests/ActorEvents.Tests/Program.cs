using System.Globalization;
using ActorEvents.Kafka.Embedded;
using ActorEvents.Tests.Journal.Faults;
using ActorEvents.Tests.Kafka.Destinations.Transactions;
using ActorEvents.Tests.Kafka.Embedded;

// Not how the tests are run (that is `dotnet test`): the processes that tests start, kill and watch from outside.
return args switch
{
    ["broker", .. var rest] => await EmbeddedBrokerCommand.RunAsync(rest, CancellationToken.None),
    ["broker-parent"] => await BrokerParent.RunAsync(),
    ["journal-writer", var provider, .. var rowsOnly] => await JournalWriterProcess.RunAsync(provider, rowsOnly is ["rows-only"]),
    ["relay", var file, var bootstrap, var at, var transaction] => await RelayProcess.RunAsync(file, bootstrap, at, int.Parse(transaction, CultureInfo.InvariantCulture)),
    _ => throw new ArgumentException($"'{string.Join(' ', args)}' is not a process that a test starts: broker ..., broker-parent, journal-writer PROVIDER [rows-only], relay FILE BOOTSTRAP STEP TRANSACTION. To run the tests: dotnet test."),
};
