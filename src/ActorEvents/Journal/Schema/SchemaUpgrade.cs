using System.Data.Common;
using System.Globalization;
using ActorEvents.Telemetry;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Journal.Schema;

/// <summary>Brings the tables to this version: step by step, each in a transaction of its own together with the version that it leads to.</summary>
/// <param name="takeLock">Statement that keeps out other nodes that start; empty where a transaction does.</param>
/// <param name="statements">Those of a step in this database's language.</param>
/// <param name="translate">What an error of the database means.</param>
internal sealed class SchemaUpgrade(
    SchemaSteps steps, string description, string takeLock, Func<SchemaStep, string> statements, Func<DbException, JournalUnavailableException> translate, ILogger logger)
{
    /// <summary>Another node may run steps at the same time: each step is run by one of them.</summary>
    /// <exception cref="JournalUnavailableException">A step failed; what went before it stands, and the next start goes on there.</exception>
    public async Task RunAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        while (true)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            if (takeLock.Length > 0)
            {
                await transaction.ExecuteAsync(takeLock, cancellationToken);
            }

            var version = await JournalSchema.VersionAsync(transaction, steps, description, cancellationToken);
            if (version is null || steps.After(version.Value) is not { } step)
            {
                return;
            }

            try
            {
                await transaction.ExecuteAsync(statements(step), cancellationToken);
                await using var raise = transaction.Command(
                    "UPDATE ae_meta SET value = @version WHERE name = @name",
                    ("@version", step.Version.ToString(CultureInfo.InvariantCulture)),
                    ("@name", JournalSchema.VersionRow));
                await raise.ExecuteNonQueryAsync(cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            }
            catch (DbException e)
            {
                throw Failed(step, version.Value, translate(e));
            }

            Log.SchemaStep(logger, description, step.Version, step.What);
        }
    }

    private JournalUnavailableException Failed(SchemaStep step, int version, JournalUnavailableException cause) => new(
        cause.Problem,
        string.Create(
            CultureInfo.InvariantCulture,
            $"The {description} holds a journal of schema version {version}; this version of ActorEvents needs {steps.Version}. Step {step.Version} ({step.What}) failed and changed nothing: {cause.Message}")
        + (cause.Problem != JournalProblem.Denied ? "" : string.Create(
            CultureInfo.InvariantCulture,
            $" Start one node once as the owner of the tables, or let the owner run: BEGIN; {statements(step).Trim().TrimEnd(';')}; UPDATE ae_meta SET value = '{step.Version}' WHERE name = '{JournalSchema.VersionRow}'; COMMIT;")),
        cause);
}
