#!/usr/bin/perl
# Sends prepared Ethernet frames as fast as it can, in bursts, and times each burst.
# Over a veth the receiver's work is done before send returns, so a burst's time is
# what sending and receiving it costs, on one processor.
#
# Words: FRAME-LENGTH ROUNDS SECONDS, then JOBS, each INTERFACE=FRAMES=COUNT: so many
# of the file's frames in each round, going on where the round before has ended. Prints for
# each burst a line "JOB PACKETS TIME PROCESSOR-TIME" (ns), and ends after the rounds, or the seconds.
use strict;
use warnings;
use Socket qw(SOCK_RAW);
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC CLOCK_PROCESS_CPUTIME_ID);

my ($length, $rounds, $seconds, @words) = @ARGV;
my (%frames, @jobs);
for my $word (@words) {
  my ($interface, $file, $count) = split /=/, $word;
  $frames{$file} //= read_whole($file);
  push @jobs, { socket => packet_socket($interface), file => $file, count => $count, at => 0 };
}

$| = 1;
my $until = clock_gettime(CLOCK_MONOTONIC) + $seconds;
ROUND: for my $round (1 .. $rounds) {
  for my $number (0 .. $#jobs) {
    my ($job, $lost) = ($jobs[$number], 0);
    my ($socket, $at, $bytes) = ($job->{socket}, $job->{at}, \$frames{ $job->{file} });
    my $end = length $$bytes;
    my $began = clock_gettime(CLOCK_MONOTONIC);
    my $worked = clock_gettime(CLOCK_PROCESS_CPUTIME_ID);
    for (1 .. $job->{count}) {
      send($socket, substr($$bytes, $at, $length), 0) or $lost++;
      $at = 0 if ($at += $length) >= $end;
    }
    $worked = clock_gettime(CLOCK_PROCESS_CPUTIME_ID) - $worked;
    my $took = clock_gettime(CLOCK_MONOTONIC) - $began;
    $job->{at} = $at;
    die "$lost packets could not be sent: $!\n" if $lost;
    printf "%d %d %.0f %.0f\n", $number, $job->{count}, $took * 1e9, $worked * 1e9;
    last ROUND if $began > $until;
  }
}

sub read_whole {
  my ($file) = @_;
  open my $handle, '<:raw', $file or die "$file: $!\n";
  local $/;
  return scalar <$handle>;
}

# packet(7). Protocol 0: it receives nothing, not even its own.
sub packet_socket {
  my ($interface) = @_;
  my ($af_packet, $any, $siocgifindex) = (17, 0, 0x8933);
  socket(my $socket, $af_packet, SOCK_RAW, $any) or die "socket: $!\n";
  my $request = pack 'a16 x24', $interface;
  ioctl($socket, $siocgifindex, $request) or die "$interface: $!\n";
  my $index = unpack 'x16 i', $request;
  bind($socket, pack('S n i x12', $af_packet, $any, $index)) or die "bind: $!\n";
  return $socket;
}
