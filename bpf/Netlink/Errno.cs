namespace Jumpgate.Bpf.Netlink;

/// <summary>The errno values this folder tells apart (<c>asm-generic/errno-base.h</c> and <c>errno.h</c>).</summary>
internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int NoProcess = 3;
    public const int Interrupted = 4;
    public const int TryAgain = 11;
    public const int AccessDenied = 13;
    public const int Exists = 17;
    public const int NoDevice = 19;
    public const int Invalid = 22;
    public const int TooManyFiles = 24;
    public const int NoProtocolOption = 92;
    public const int NotSupported = 95;
    public const int FamilyNotSupported = 97;
    public const int NetworkDown = 100;
    public const int NoBuffers = 105;
}
