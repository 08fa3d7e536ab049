namespace Jumpgate.Http.Http1;

internal enum HeadScan
{
    Incomplete,
    Complete,
    BareLineFeed,
    NulByte,
}

/// <summary>Finds the end of a head. Stops at the first line that does not end in CRLF, so that nobody waits for an end
/// that a lenient reader would have seen already.</summary>
internal static class HeadScanner
{
    /// <param name="scanned">Where the last scan of the same bytes stopped; 0 at first.</param>
    /// <param name="length">Complete: bytes of the head, the empty line included.</param>
    public static HeadScan Scan(ReadOnlySpan<byte> bytes, ref int scanned, out int length)
    {
        length = 0;
        while (true)
        {
            var found = bytes[scanned..].IndexOfAny((byte)'\n', (byte)0);
            if (found < 0)
            {
                scanned = bytes.Length;
                return HeadScan.Incomplete;
            }

            var at = scanned + found;
            if (bytes[at] == 0)
            {
                return HeadScan.NulByte;
            }

            if (at == 0 || bytes[at - 1] != '\r')
            {
                return HeadScan.BareLineFeed;
            }

            if (at >= 3 && bytes[at - 2] == '\n')
            {
                length = at + 1;
                return HeadScan.Complete;
            }

            scanned = at + 1;
        }
    }
}
