/**
 * Says what `nft monitor` says of generations, word for word, and of each set that has
 * lost elements in one of them, once. `nft monitor` keeps every element of every set in
 * mind, over half a kilobyte each, which is too much where very many stand; this keeps
 * nothing. In Perl, because Node opens no netlink sockets and every Debian has it.
 *
 * Numbers are those of linux/netlink.h, nfnetlink.h and nf_tables.h: family 16, protocol
 * 12, group 7; SO_RCVBUFFORCE 33; subsystem 10; DELSETELEM 14, NEWGEN 15; ENOBUFS 105.
 */
export const lightMonitor = `
use strict;
$| = 1;
socket(my $netlink, 16, 3, 12) or die;
setsockopt($netlink, 1, 33, pack("l", 1 << 25));
bind($netlink, pack("SSLL", 16, 0, 0, 1 << 6)) or die;
my %lost;
my %family = (1, "inet", 2, "ip", 10, "ip6");
for (;;) {
  my $some;
  unless (defined recv($netlink, $some, 1 << 20, 0)) {
    if ($! == 105) { print "# gap\\n"; next }
    exit;
  }
  while (length $some >= 20) {
    my ($length, $type) = unpack("LS", $some);
    last if $length < 20;
    my $kind = $type == 2574 ? "lost" : $type == 2575 ? "made" : "";
    if ($kind) {
      my $family = unpack("C", substr($some, 16, 1));
      my $rest = substr($some, 20, $length - 20);
      my %value;
      while (length $rest >= 4) {
        my ($size, $name) = unpack("SS", $rest);
        last if $size < 4;
        $value{$name & 0x3fff} = substr($rest, 4, $size - 4);
        my $whole = ($size + 3) & ~3;
        $rest = $whole < length $rest ? substr($rest, $whole) : "";
      }
      if ($kind eq "lost" && $family{$family}) {
        $lost{join " ", $family{$family}, map { unpack("Z*", $value{$_}) } 1, 2} = 1;
      } elsif ($kind eq "made") {
        print "delete element $_\\n" for sort keys %lost;
        %lost = ();
        printf "# new generation %u by process %u (%s)\\n",
          unpack("N", $value{1}), unpack("N", $value{2}), unpack("Z*", $value{3});
      }
    }
    my $next = ($length + 3) & ~3;
    $some = $next < length $some ? substr($some, $next) : "";
  }
}
`;
