#!/usr/bin/perl
# What the calls bench compares dialgate with: a gate by telephone as one writes it
# without dialgate, an AGI script that Asterisk starts afresh for each call. Perl,
# since every Debian has it, AGI scripts have long been written in it, and it starts
# in half the time that Python takes.
#
# Argument: its folder, with sounds in sounds/, users in users (knock code, crypt of
# the PIN, name; tabs between), the helper's socket path in socket. The firewall is
# opened by dialgate's own helper, so that only the call itself differs.
use strict;
use warnings;
use Socket;

my $folder = $ARGV[0];
$| = 1;
$SIG{HUP} = 'IGNORE';    # the caller may hang up: what was confirmed is opened all the same
$SIG{PIPE} = 'IGNORE';

my %about;
while (my $line = <STDIN>) {
    last if $line =~ /^\s*$/;
    $about{$1} = $2 if $line =~ /^agi_(\w+): (.*?)\s*$/;
}

# One AGI command; its result and what stands behind it in brackets.
sub agi {
    print "$_[0]\n";
    while (my $answer = <STDIN>) {
        next if $answer =~ /^HANGUP/;
        exit 0 unless $answer =~ /^200 result=(\S*)(?: \((.*?)\))?/;
        exit 0 if $1 eq '-1';
        return wantarray ? ($1, $2) : $1;
    }
    exit 0;
}

sub say_prompt { return agi("STREAM FILE $folder/sounds/$_[0] \"$_[1]\"") }

# Up to three tries for something of the right form.
sub ask {
    my ($prompt, $most, $form) = @_;
    for (1 .. 3) {
        my $keys = agi("GET DATA $folder/sounds/$prompt 8000 $most");
        return $keys if $keys =~ $form;
    }
    goodbye();
}

sub goodbye {
    say_prompt('goodbye', '');
    agi('HANGUP');
    exit 0;
}

sub user_of {
    my ($code, $pin) = @_;
    open(my $users, '<', "$folder/users") or return;
    while (<$users>) {
        chomp;
        my ($known, $hash, $name) = split /\t/;
        next unless $known eq $code;
        return crypt($pin, $hash) eq $hash ? $name : undef;
    }
    return;
}

sub open_gate {
    my ($address) = @_;
    open(my $file, '<', "$folder/socket") or return 0;
    chomp(my $path = <$file>);
    for (1 .. 20) {
        socket(my $helper, PF_UNIX, SOCK_STREAM, 0) or return 0;
        connect($helper, sockaddr_un($path)) or return 0;
        select((select($helper), $| = 1)[0]);
        print $helper qq({"id":1,"verb":"open","address":"$address",)
          . qq("services":[{"service":"web","seconds":14400},{"service":"ssh","seconds":14400},)
          . qq({"service":"sip","seconds":14400},{"service":"rtp","seconds":14400}]}\n);
        my $answer = <$helper> // '';
        return 1 if $answer =~ /"ok":true/;
        return 0 unless $answer =~ /"busy"/;
        select(undef, undef, undef, 0.05);    # too many at once: try again
    }
    return 0;
}

agi('ANSWER');
my $user;
for (1 .. 3) {
    my $code = ask('knock-code', 17, qr/^\d+\*\d+\*\d+$/);
    my $pin = ask('pin', 12, qr/^\d{4,12}$/);
    last if defined($user = user_of($code, $pin));
    say_prompt('not-recognised', '');
}
goodbye() unless defined $user;

my $address;
until (defined $address) {
    my $keys = ask('address', 15, qr/^\d+\*\d+\*\d+\*\d+$/);
    my @numbers = split /\*/, $keys;
    if (grep { $_ > 255 } @numbers) {
        say_prompt('not-recognised', '');
        next;
    }
    # read back number by number, as SAY DIGITS does, until a key is heard
    my $key = say_prompt('you-keyed', '12');
    for my $character (split //, join('*', @numbers)) {
        last if $key;
        $key = say_prompt($character eq '*' ? 'star' : $character, '12');
    }
    $key ||= say_prompt('press-1', '12');
    $key ||= agi('WAIT FOR DIGIT 8000');
    $address = join('.', @numbers) if $key == ord('1');
}

if (open_gate($address)) { say_prompt('opened', '') }
else { say_prompt('nothing-opened', '') }
goodbye();
