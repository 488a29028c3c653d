#!/usr/bin/perl
# Tries one port of the server, from any of the client's addresses, with a fresh SYN every
# 0.2 ms until one is answered, and says when that was. Raw packets: a socket's own second
# SYN comes after a second and would hide the delay, and a socket for each costs more.
#
# Lines in:  ADDRESS none           and the trigger is somebody else's, after "probing"
#            ADDRESS syn PORT,PORT  knocks first; the last knock is the trigger
#            ADDRESS udp PORT HEX   sends that packet first, which is the trigger
# Lines out: ready, probing, accepted TRIGGER ANSWER (µs of CLOCK_MONOTONIC), open, late
use strict;
use warnings;
use Socket qw(AF_INET SOCK_RAW inet_aton pack_sockaddr_in);
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

my ($server, $port) = @ARGV;
my ($tcp, $udp, $raw) = (6, 17, 255);
my ($interval, $longest) = (0.0002, 60);
my $to = pack_sockaddr_in(0, inet_aton($server));
socket(my $out, AF_INET, SOCK_RAW, $raw) or die "raw socket: $!";
socket(my $in, AF_INET, SOCK_RAW, $tcp) or die "raw socket: $!";
my $next = 1024;
$| = 1;
print "ready\n";

while (my $line = <STDIN>) {
    chomp $line;
    my ($address, $kind, $target, $hex) = split / /, $line;
    my $from = inet_aton($address);
    1 while answered($from, 0);
    # a gate that is open already would measure nothing
    my $took = knock($from, $port);
    if (answered($from, 0.002 + 3 * $took)) {
        print "open\n";
        next;
    }
    my $trigger = 0;
    if ($kind eq 'syn') {
        for (split /,/, $target) {
            $trigger = now();
            knock($from, $_);
        }
    } elsif ($kind eq 'udp') {
        my $payload = pack('H*', $hex);
        my $packet = pack('nnnn', 40000, $target, 8 + length $payload, 0) . $payload;
        $trigger = now();
        out($from, $udp, $packet);
    } else {
        print "probing\n";
    }
    my $began = now();
    my $answer = 0;
    until ($answer or now() - $began > $longest) {
        my $took = knock($from, $port);
        # where each packet is dear, half of the time is left to others
        $answer = answered($from, $took > $interval ? $took : $interval);
    }
    print $answer ? sprintf("accepted %.1f %.1f\n", $trigger * 1e6, $answer * 1e6) : "late\n";
}

sub now { return clock_gettime(CLOCK_MONOTONIC) }

# A SYN from a port of its own; how long sending has taken.
sub knock {
    my ($from, $port) = @_;
    my $began = now();
    $next = $next < 65000 ? $next + 1 : 1024;
    my @tcp = ($next, $port, int rand 4294967295, 0, 0x5002, 64240);
    my $pseudo = $from . inet_aton($server) . pack('nn', $tcp, 20);
    my $sum = unpack('%32n*', $pseudo . pack('nnNNnnnn', @tcp, 0, 0));
    $sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
    out($from, $tcp, pack('nnNNnnnn', @tcp, ~$sum & 0xffff, 0));
    return now() - $began;
}

# The kernel fills in the header's length and check sum.
sub out {
    my ($from, $protocol, $segment) = @_;
    my $header = pack('CCnnnCCna4a4', 0x45, 0, 20 + length $segment, 0, 0, 64, $protocol, 0, $from, inet_aton($server));
    defined send($out, $header . $segment, 0, $to) or die "send: $!";
}

# When a SYN-ACK to that address came, within so many seconds; or 0.
sub answered {
    my ($address, $seconds) = @_;
    my $until = now() + $seconds;
    my $left = $seconds;
    do {
        vec(my $ready = '', fileno $in, 1) = 1;
        return 0 unless select($ready, undef, undef, $left);
        my $at = now();
        recv($in, my $packet, 2048, 0);
        my $segment = substr $packet, 4 * (ord($packet) & 15);
        my ($source, $flags) = unpack('n x11 C', $segment);
        return $at if substr($packet, 16, 4) eq $address and $source == $port and $flags == 0x12;
        $left = $until - now();
    } while ($left > 0);
    return 0;
}
