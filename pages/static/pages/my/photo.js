/* A photo is made small before it is sent, as on the guides' screens; without a script it goes whole. */

import { begin } from "../guide/shrink.js";

begin();
