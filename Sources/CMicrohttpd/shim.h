#pragma once
#include <stdarg.h>
#include <stdio.h>
#include <microhttpd.h>
