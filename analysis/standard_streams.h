// The standard descriptors of a program that was started without some of them (cron, daemons, "<&-").
#pragma once

namespace kwerenda {

// Occupies whichever of 0, 1 and 2 is closed, so that no file opened later becomes a standard stream by
// getting its number. To read or write what is occupied still fails as with a closed one (EBADF). To be
// called before anything else is opened.
void occupy_closed_standard_streams();

}  // namespace kwerenda
