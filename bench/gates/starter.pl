#!/usr/bin/perl
# Listens on a port, and starts a program for each line (words between tabs), as a web
# server or an AGI would. Answers when it was started (µs of CLOCK_MONOTONIC) and how it ended.
use strict;
use warnings;
use IO::Socket::INET;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

my ($port) = @ARGV;
# nobody takes the connections: the kernel's answer to the SYN is all that is looked at
my $listening = IO::Socket::INET->new(LocalPort => $port, Listen => 1024, ReuseAddr => 1) or die "listen: $@";
$| = 1;
print "ready\n";
while (my $line = <STDIN>) {
    chomp $line;
    my @words = split /\t/, $line;
    my $at = clock_gettime(CLOCK_MONOTONIC);
    my $pid = fork();
    die "fork: $!" unless defined $pid;
    unless ($pid) {
        exec { $words[0] } @words or exit 127;
    }
    waitpid $pid, 0;
    printf "%.1f %d\n", $at * 1e6, $?;
}
