using System.Security.Cryptography;
using System.Text;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Exports;
using static AksArcJit.Journal.Evidence.BundleFinding;

namespace AksArcJit.Journal.Evidence;

/// <summary>
/// Verifies a bundle offline, believing nothing in it: the end marker, the chains, the checkpoint's signature, the proofs, the terms; then it
/// makes every derived file anew from the facts and compares. What is wrong is a finding; no content makes it throw. That a bundle holds the
/// last facts of its chains no proof shows: whoever leaves the last ones out takes the proof of an older leaf of the same checkpoint.
/// </summary>
public static class BundleVerification
{
    private const int HashAndGap = 66;
    private const string NoCheckpoint = "holds no checkpoint: it cannot exclude that a whole chain was rewritten, or its end cut off";
    private const string OwnKey = "was verified with the key in the bundle alone, which proves nothing about who signed: give your own copy of the key";
    private const string TicketIndex = "cannot prove that these are all requests under the ticket: verify the live journal, or a whole export of it";

    /// <param name="trusted">A copy of the broker's public key that the reader trusts; null where there is none.</param>
    /// <exception cref="IOException">The stream cannot be read, which says nothing about the bundle.</exception>
    public static BundleVerdict Verify(Stream zip, CheckpointKey? trusted)
    {
        var (entries, findings) = BundleArchive.Read(zip);
        return new Reading(entries, [.. findings], trusted).Verify();
    }

    /// <summary>One bundle being verified.</summary>
    private sealed class Reading(IReadOnlyList<BundleEntry> entries, List<BundleFinding> findings, CheckpointKey? trusted)
    {
        private readonly Dictionary<string, ReadOnlyMemory<byte>> _contents = entries.ToDictionary(entry => entry.Name, entry => entry.Content);
        private (string? KeyId, KeySource By) _signature = (null, KeySource.None);
        private SignedCheckpoint? _checkpoint;
        private readonly List<CoveredChain> _covered = [];
        private readonly List<ProvenStream> _read = [];
        private long _facts;
        private long _chains;

        public BundleVerdict Verify()
        {
            // Beyond the limits nothing was read, and what was not read is not called missing.
            if (entries.Count == 0 && findings.Count == 0)
                findings.Add(new Damage(null, "is empty"));
            if (entries.Count == 0 || findings.Any(finding => finding is Unchecked))
                return Verdict(null);
            CheckEnd();
            if (Read(BundleNames.Bundle, BundleDocuments.ReadBundle) is not { } about)
                return Verdict(null);

            var checkpoint = Checkpoint();
            var streams = about.Requests.Select(StreamId.Of).Prepend(StreamId.Of(about.Ticket)).Select(stream => Stream(stream, checkpoint)).ToList();
            _read.AddRange(streams.OfType<ProvenStream>().DistinctBy(stream => stream.Stream));
            if (about.Subject is EvidenceSubject.OfRequest { Id: var id } && (about.Requests.Count != 1 || about.Requests[0] != id))
                findings.Add(new Damage(BundleNames.Bundle, "does not name the one request that it is about"));
            else if (streams.Distinct().Count() == streams.Count && streams.All(stream => stream is not null))
                CompareDerived(new EvidenceSources(about.Subject, about.Ticket, streams[0]!, [.. streams.Skip(1)!], checkpoint) { LeftOut = about.LeftOut }, about.Writer);

            foreach (var leftOut in about.LeftOut)
                findings.Add(new Unchecked(BundleNames.Bundle, $"leaves out request {leftOut.Request}, whose chain was not to be trusted: {VisibleText.Plain(leftOut.Why)}"));
            if (checkpoint is null && !_contents.ContainsKey(BundleNames.Checkpoint))
                findings.Add(new Unproven(null, NoCheckpoint));
            if (about.Subject is EvidenceSubject.OfTicket)
                findings.Add(new Unproven(null, TicketIndex));
            return Verdict(about.Subject);
        }

        private BundleVerdict Verdict(EvidenceSubject? subject) => new(subject, _facts, _signature.KeyId, _signature.By, findings) { Checkpoint = _checkpoint, Chains = _chains, Covered = _covered, Read = _read };

        private void CheckEnd()
        {
            if (!_contents.TryGetValue(BundleNames.End, out var marker))
            {
                findings.Add(new Damage(null, $"lacks its end marker, {BundleNames.End}: it was cut off"));
                return;
            }
            if (entries[^1].Name != BundleNames.End)
                findings.Add(new Damage(BundleNames.End, "is not the last entry: something was added after the end"));
            var text = Encoding.UTF8.GetString(marker.Span);
            if (text.Length > 0 && text[^1] != '\n')
                findings.Add(new Damage(BundleNames.End, "was cut off within a line"));
            var listed = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            if (listed.Length > BundleArchive.MostEntries)
            {
                findings.Add(new Damage(BundleNames.End, $"lists more entries than a bundle has, {BundleArchive.MostEntries} at most"));
                return;
            }
            var actual = entries.Where(entry => entry.Name != BundleNames.End)
                .ToDictionary(entry => entry.Name, entry => $"{Convert.ToHexStringLower(SHA256.HashData(entry.Content.Span))}  {entry.Name}");
            foreach (var (name, _) in actual.ExceptBy(listed, line => line.Value))
                findings.Add(new Damage(name, "is not what the end marker lists: altered, added, or taken from another place"));
            foreach (var name in listed.Select(line => line.Length > HashAndGap ? line[HashAndGap..] : line).Where(name => !actual.ContainsKey(name)))
                findings.Add(new Damage(BundleNames.End, $"lists {VisibleText.Plain(name)}, which is missing"));
            if (!listed.SequenceEqual(actual.Values) && !findings.OfType<Damage>().Any())
                findings.Add(new Damage(BundleNames.End, "lists the entries in another order than they have, or more than once"));
        }

        /// <returns>Null where there is none, or none to be trusted; the latter is a finding.</returns>
        private SignedCheckpoint? Checkpoint()
        {
            if (!_contents.ContainsKey(BundleNames.Checkpoint))
                return null;
            if (Read(BundleNames.Signature, DerSignature.Read) is not { } signature
                || Read(BundleNames.Checkpoint, body => SignedCheckpoint.Decode(body, signature)) is not { } signed
                || Read(BundleNames.Key, text => CheckpointKey.FromPem(Encoding.UTF8.GetString(text.Span))) is not { } own)
                return null;
            using (own)
            {
                var key = trusted ?? own;
                _signature = (signed.Checkpoint.KeyId, signed.IsSignedBy(key) ? trusted is null ? KeySource.Bundle : KeySource.Given : KeySource.None);
                if (!signed.IsSignedBy(own))
                    findings.Add(new Damage(BundleNames.Signature, "is not a signature over the checkpoint by the key in the bundle"));
                if (trusted is not null && !signed.IsSignedBy(trusted))
                    findings.Add(new Damage(BundleNames.Checkpoint, $"is not signed by the key that was given ({trusted.Id}) but names {signed.Checkpoint.KeyId}"));
                if (trusted is null && _signature.By == KeySource.Bundle)
                    findings.Add(new Unproven(BundleNames.Signature, OwnKey));
            }
            return _checkpoint = signed;
        }

        /// <returns>Null where the chain cannot be read.</returns>
        private ProvenStream? Stream(StreamId stream, SignedCheckpoint? checkpoint)
        {
            var folder = BundleNames.Folder(stream);
            var file = folder + BundleNames.Facts;
            // A ticket of which nothing is stored has no facts; a request has.
            if (stream.Ticket is not null && !_contents.ContainsKey(file))
                return new ProvenStream(stream, [], null);
            if (Read(file, Records) is not { } records)
                return null;
            _facts += records.Count;
            _chains += records.Count > 0 ? 1 : 0;
            if (HashChain.FirstDamage(stream, records) is { } damage)
                findings.Add(new Damage(file, $"breaks its chain: version {damage.Version} {damage.What}", stream, damage.Version));
            var proof = _contents.ContainsKey(folder + BundleNames.Proof) ? Read(folder + BundleNames.Proof, BundleDocuments.ReadProof) : null;
            if (proof is not null)
                CheckProof(folder + BundleNames.Proof, proof, stream, records, checkpoint);
            if (checkpoint is not null && proof is null)
                findings.Add(new Unproven(file, "is not covered by the checkpoint: its end may have been cut off, or the whole rewritten"));
            else if (proof is not null && proof.Leaf.Version < records.Count)
                findings.Add(new Unproven(file, $"is covered by the checkpoint up to version {proof.Leaf.Version}; {Later(proof.Leaf.Version + 1, records.Count)} chain alone"));
            return new ProvenStream(stream, records, proof);
        }

        private static string Later(long first, long last) => first == last ? $"version {first} by its" : $"versions {first} to {last} by their";

        private void CheckProof(string file, StreamProof proof, StreamId stream, IReadOnlyList<FactRecord> records, SignedCheckpoint? checkpoint)
        {
            if (checkpoint is null)
                findings.Add(new Damage(file, "is a proof without a legible checkpoint"));
            else if (proof.Proof.TreeSize != checkpoint.Checkpoint.TreeSize || !proof.Proof.Proves(proof.Leaf.Hash, checkpoint.Checkpoint.Root))
                findings.Add(new Damage(file, "does not lead to the root that the checkpoint signs", stream));
            if (proof.Leaf.Stream != stream)
                findings.Add(new Damage(file, $"is about {proof.Leaf.Stream}, not {stream}", stream));
            else if (proof.Leaf.Version < 1 || proof.Leaf.Version > records.Count)
                findings.Add(new Damage(file, $"proves version {proof.Leaf.Version} of a chain that ends at {records.Count}: its end was cut off", stream, records.Count + 1));
            else if (records[(int)proof.Leaf.Version - 1].Hash != proof.Leaf.HeadHash)
                findings.Add(new Damage(file, "proves another hash than the chain has: the chain was rewritten", stream, proof.Leaf.Version));
            else if (checkpoint is not null && _signature.By != KeySource.None && !findings.OfType<Damage>().Any(damage => damage.Stream == stream))
                _covered.Add(new CoveredChain(stream, proof.Leaf.Version, records[(int)proof.Leaf.Version - 1].At));
        }

        private void CompareDerived(EvidenceSources sources, string writer)
        {
            IReadOnlyList<BundleEntry> made;
            try
            {
                CheckTerms(sources);
                made = EvidenceBundle.Entries(sources, writer);
            }
            catch (UnknownFactException newer)
            {
                // A row whose hash does not hold was altered: its kind is nobody's word.
                if (!findings.Any(finding => finding is Damage { Version: not null }))
                    findings.Add(new Unchecked(null, $"was made by a newer version: {newer.Message} Chains, proofs and signature were checked, derived files were not."));
                return;
            }
            catch (Exception misfit) when (misfit is FormatException or ArgumentException or OverflowException or NullReferenceException)
            {
                // Facts that no broker wrote, whoever sealed them: legible as JSON, impossible as what happened.
                findings.Add(new Damage(null, $"holds what no broker records: {misfit.Message}"));
                return;
            }
            foreach (var (name, content) in made)
            {
                if (!_contents.TryGetValue(name, out var found))
                    findings.Add(new Damage(name, "is missing"));
                else if (!found.Span.SequenceEqual(content.Span))
                    Differs(name, writer);
            }
            foreach (var unknown in _contents.Keys.Except(made.Select(entry => entry.Name)))
                findings.Add(new Damage(unknown, "does not belong to this bundle"));
        }

        // Words may change from version to version; what a program reads does not within one format.
        private void Differs(string name, string writer)
        {
            if (writer == EvidenceBundle.Writer || !(name is BundleNames.Readme or BundleNames.Bundle || name.EndsWith(BundleNames.Report, StringComparison.Ordinal)))
            {
                if (name != BundleNames.End)
                    findings.Add(new Damage(name, "does not say what the facts say"));
                return;
            }
            findings.Add(new Unproven(name, $"was written by version {VisibleText.Plain(writer)} and could not be made anew by this one, {EvidenceBundle.Writer}, to compare; the facts were checked"));
        }

        private void CheckTerms(EvidenceSources sources)
        {
            foreach (var stream in sources.Requests)
            {
                var file = BundleNames.Folder(stream.Stream) + BundleNames.Facts;
                var request = RequestCase.Of(stream.Stream.Request!, stream.Records);
                foreach (var consent in request.Consents.Where(consent => !consent.IsSound))
                    findings.Add(new Damage(file, $"contradicts itself: version {consent.Record.Version} consents to a page whose hash is not that of the terms as they stood", stream.Stream, consent.Record.Version));
                if (request.Request.Ticket != sources.TicketId)
                    findings.Add(new Damage(file, $"is under ticket {request.Request.Ticket}, not {sources.TicketId}", stream.Stream));
            }
        }

        private T? Read<T>(string name, Func<ReadOnlyMemory<byte>, T> read)
            where T : class
        {
            if (!_contents.TryGetValue(name, out var content))
            {
                findings.Add(new Damage(name, "is missing"));
                return null;
            }
            try
            {
                return read(content);
            }
            catch (FormatException unreadable)
            {
                findings.Add(new Damage(name, $"cannot be read: {unreadable.Message}"));
                return null;
            }
        }

        private static IReadOnlyList<FactRecord> Records(ReadOnlyMemory<byte> text)
        {
            var records = new List<FactRecord>();
            for (var rest = text; rest.Length > 0;)
            {
                var end = rest.Span.IndexOf((byte)'\n');
                if (end < 0)
                    throw new FormatException($"line {records.Count + 1} was cut off");
                records.Add(ExportText.Read(rest[..end]) is ExportLine.Row { Content: JournalRow.Fact(var record) }
                    ? record
                    : throw new FormatException($"line {records.Count + 1} is no fact"));
                rest = rest[(end + 1)..];
            }
            return records.Count > 0 ? records : throw new FormatException("it holds no fact");
        }
    }
}
